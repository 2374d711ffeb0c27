-- Reads for wrk, of any account. Arguments: accounts, and the path below the ledger, {id} standing for an account.
-- Prints one line of JSON at the end.
local threads = {}

function setup(thread)
  thread:set('number', #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  accounts, path = tonumber(args[1]), '/v1/ledgers/main' .. args[2]
  math.randomseed(number * 7919)
  refused = 0
end

function request()
  return wrk.format('GET', (path:gsub('{id}', 'a' .. math.random(accounts))))
end

function response(status)
  if status ~= 200 then refused = refused + 1 end
end

function done(summary, latency)
  local refusals = 0
  for _, thread in ipairs(threads) do refusals = refusals + thread:get('refused') end
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format(
    '{"requests":%d,"seconds":%.3f,"refused":%d,"errors":%d,"p50":%.2f,"p95":%.2f,"p99":%.2f,"max":%.2f}\n',
    summary.requests, summary.duration / 1e6, refusals, errors,
    latency:percentile(50) / 1e3, latency:percentile(95) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
