-- Sends the requests of a template with one address after the other.
-- Arguments: file of the template, file of addresses (one per line), bytes of the body without an address.

local LENGTH, ADDRESS = "@length@", "@address@"

local head, between, tail
local addresses, count = {}, 0
local bytes
local at, reported = 0, false

local function split(text, mark)
  local from, to = text:find(mark, 1, true)
  if not from then return nil, text end
  return text:sub(1, from - 1), text:sub(to + 1)
end

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local rest
  head, rest = split(file:read("*a"), LENGTH)
  file:close()
  between, tail = split(rest, ADDRESS)
  if not between then between, tail = tail, "" end
  for line in io.lines(args[2]) do
    count = count + 1
    addresses[count] = line
  end
  bytes = tonumber(args[3])
end

function request()
  at = at + 1
  if at > count then
    if not reported then
      reported = true
      io.stdout:write("addresses exhausted\n")
      io.stdout:flush()
    end
    at = 1
  end
  local address = addresses[at]
  if not head then return between .. address .. tail end
  return head .. (bytes + #address) .. between .. address .. tail
end

-- Times in microseconds.
function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"duration":%d,"p50":%d,"p99":%d,"slowest":%d,' ..
    '"failures":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d}}\n',
    summary.requests, summary.duration,
    latency:percentile(50), latency:percentile(99), latency.max,
    errors.connect, errors.read, errors.write, errors.status, errors.timeout
  ))
end
