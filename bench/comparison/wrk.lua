-- What wrk sends, and what it reports: a line of JSON at its end.
-- Arguments: the file of the tokens (a line each; empty for none), the milliseconds that a
-- connection pauses between two requests on average, the body of a POST (empty for a GET).

local requests, sent, pause = {}, 0, 0

function setup(thread)
  threads = threads or {}
  table.insert(threads, thread)
end

function init(arguments)
  local file, body = arguments[1], arguments[3]
  pause = tonumber(arguments[2])
  if body and body ~= "" then
    wrk.method, wrk.body = "POST", body
    wrk.headers["Content-Type"] = "application/json"
  end
  -- The requests are made beforehand, so that the generator has the least work while it measures.
  if file == "" then
    requests[1] = wrk.format()
  else
    for token in io.lines(file) do
      wrk.headers["Authorization"] = "Bearer " .. token
      requests[#requests + 1] = wrk.format()
    end
  end
  different = #requests
  math.randomseed(1)
end

function request()
  sent = sent + 1
  made = sent
  return requests[(sent - 1) % different + 1]
end

-- Without this function, wrk never pauses.
if os.getenv("PAUSES") then
  function delay()
    return math.random() * 2 * pause
  end
end

function done(summary, latency, _)
  local errors = summary.errors
  local faults = errors.connect + errors.read + errors.write + errors.timeout + errors.status
  local made = 0
  for _, thread in ipairs(threads) do
    made = made + thread:get("made")
  end
  io.write(string.format(
    '\n{"requests": %d, "seconds": %f, "faults": %d, "made": %d, "p50": %f, "p99": %f}\n',
    summary.requests, summary.duration / 1e6, faults, made,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000
  ))
end
