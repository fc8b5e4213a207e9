-- Sends the requests of a template with one address after the other.
-- Arguments: file of the template, file of addresses (one per line), bytes of the body without an address.

local LENGTH, ADDRESS = "@length@", "@address@"

-- The request up to its length, and the parts before, between and after the places of the address.
local head, parts
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
  parts = {}
  while rest do
    local part, after = split(rest, ADDRESS)
    parts[#parts + 1] = part or after
    rest = part and after
  end
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
  local text = table.concat(parts, address)
  if not head then return text end
  return head .. (bytes + (#parts - 1) * #address) .. text
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
