-- Transfers for wrk: each request has an idempotency key of its own. Arguments: accounts, spread (uniform, hot, zipf),
-- a run's own text. Prints one line of JSON at the end.
local counter = 0
local threads = {}

function setup(thread)
  thread:set('number', #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  accounts, spread = tonumber(args[1]), args[2]
  run = args[3] .. '-' .. number .. '-'
  math.randomseed(number * 7919 + tonumber(run:sub(1, 8), 16) % 1000003)
  if spread == 'zipf' then
    sums, total = {}, 0
    for n = 1, accounts do
      total = total + 1 / n
      sums[n] = total
    end
  end
  refused = 0
end

local function zipf()
  local wanted = math.random() * total
  local low, high = 1, accounts
  while low < high do
    local middle = math.floor((low + high) / 2)
    if sums[middle] < wanted then low = middle + 1 else high = middle end
  end
  return low
end

local function transfer()
  local from = spread == 'hot' and 1 or (spread == 'zipf' and zipf() or math.random(accounts))
  local to = math.random(accounts - 1)
  if to >= from then to = to + 1 end
  return '{"from":"a' .. from .. '","to":"a' .. to .. '","amount":"1"}'
end

local headers = { ['content-type'] = 'application/json' }

function request()
  counter = counter + 1
  headers['idempotency-key'] = run .. counter
  return wrk.format('POST', '/v1/ledgers/main/transfers', headers, transfer())
end

function response(status)
  if status ~= 201 then refused = refused + 1 end
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
