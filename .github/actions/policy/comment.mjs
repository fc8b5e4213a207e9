/*
 * Comments on a pull request with the report of its policy, or updates the comment of an earlier run. The report is in
 * the summary of the job as well, so a comment that cannot be written is a notice, and no failure.
 */
import { readFileSync } from 'node:fs';

/** GitHub accepts 65,536 characters. */
const MAX_LENGTH = 65_000;
const TIMEOUT_MS = 20_000;

const { GITHUB_API_URL, GITHUB_EVENT_PATH, GITHUB_REPOSITORY, GITHUB_TOKEN, POLICY, REPORT } =
  /** @type {Record<string, string>} */ (process.env);

const { pull_request: pullRequest } = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8'));
const repository = `${GITHUB_API_URL}/repos/${GITHUB_REPOSITORY}`;

/** Marks the comment of this policy. JSON in percent-encoding cannot end an HTML comment. */
const MARKER = `<!-- risk-gate-policy ${encodeURIComponent(POLICY).replaceAll('-', '%2D')} -->`;

/** An answer of GitHub's API that is not a success. */
class ApiError extends Error {
  /** @param {number} status */
  constructor(status) {
    super(`GitHub responded with ${status}`);
    this.status = status;
  }
}

/**
 * Calls GitHub's API.
 *
 * @param {string} method
 * @param {string} url
 * @param {unknown} [body]
 */
async function call(method, url, body) {
  const response = await fetch(url, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${GITHUB_TOKEN}`,
      'x-github-api-version': '2022-11-28',
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new ApiError(response.status);
  return response.json();
}

/** Returns the URL of an earlier run's comment. A person's comment with the same marker is left alone. */
async function findComment() {
  for (let page = 1; ; page += 1) {
    const url = `${repository}/issues/${pullRequest.number}/comments?per_page=100&page=${page}`;
    const comments = await call('GET', url);
    const found = comments.find(
      (comment) => comment.user?.type === 'Bot' && comment.body?.startsWith(MARKER),
    );
    if (found !== undefined) return `${repository}/issues/comments/${found.id}`;
    if (comments.length < 100) return undefined;
  }
}

/** @param {string} report */
function bodyOf(report) {
  const body = `${MARKER}\n${report}`;
  if (body.length <= MAX_LENGTH) return body;
  // Cut before a part of the report, which is outside of a block of code: lines there begin with a sign and a space.
  const end = Math.max(
    ...['\n**', '\n### ', '\n| '].map((start) => body.lastIndexOf(start, MAX_LENGTH)),
  );
  return `${body.slice(0, end)}\n\nThe report is longer: the summary of the job has all of it.`;
}

/** @param {unknown} error */
function describe(error) {
  const isRefused = error instanceof ApiError && [401, 403, 404].includes(error.status);
  if (isRefused && pullRequest.head.repo?.full_name !== GITHUB_REPOSITORY) {
    return 'The pull request comes from a fork, whose token may not comment: the report is in the summary of this job.';
  }
  if (isRefused) {
    return `The token may not comment (${error.message}): give the job the permission pull-requests: write. The report is in the summary of this job.`;
  }
  const reason = error instanceof ApiError ? error.message : 'GitHub could not be reached';
  return `The comment could not be written (${reason}): the report is in the summary of this job.`;
}

try {
  const body = bodyOf(readFileSync(REPORT, 'utf8'));
  const comment = await findComment();
  if (comment === undefined) {
    await call('POST', `${repository}/issues/${pullRequest.number}/comments`, { body });
  } else {
    await call('PATCH', comment, { body });
  }
} catch (error) {
  process.stdout.write(`::notice::${describe(error)}\n`);
}
