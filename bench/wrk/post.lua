-- Sends one POST after another under fresh idempotency keys and prints what came of it as JSON.
-- BENCH_BODIES: a file with a body per line, sent in turn. With BENCH_SPARE each is sent at most once: the end comes so
-- many bodies early, because the other connections have sent their next one by then.
local bodies, spare = {}, tonumber(os.getenv("BENCH_SPARE"))
local prefix, sent = os.getenv("BENCH_PREFIX"), 0

function init()
  for line in io.lines(os.getenv("BENCH_BODIES")) do
    bodies[#bodies + 1] = line
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Authorization"] = os.getenv("BENCH_AUTHORIZATION")
end

function request()
  sent = sent + 1
  wrk.headers["Idempotency-Key"] = prefix .. sent
  return wrk.format(nil, nil, nil, bodies[(sent - 1) % #bodies + 1])
end

if spare then
  local answered = 0
  function response()
    answered = answered + 1
    if answered >= #bodies - spare then
      wrk.thread:stop()
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '{"requests": %d, "failed": %d, "seconds": %f, "mean_ms": %f, "p50_ms": %f, "p95_ms": %f, "p99_ms": %f}\n',
    summary.requests, failed, summary.duration / 1000000,
    latency.mean / 1000, latency:percentile(50) / 1000, latency:percentile(95) / 1000, latency:percentile(99) / 1000))
end
