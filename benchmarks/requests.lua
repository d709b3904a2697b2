-- Sends one request over and over, or a template of which each request fills the gaps:
--   wrk -s requests.lua URL -- TEMPLATE FIRST [VALUES]
-- TEMPLATE is a file with a whole HTTP request. @n@ becomes a running number of eight digits, from FIRST on;
-- @1@, @2@ become the columns (by tabs) of the line of VALUES at that number, around and around.
-- One thread only: the number is the thread's own.

local parts, lines, n, looked_at = {}, {}, 0, false

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

local function columns(line)
  local found = {}
  for column in (line .. "\t"):gmatch("(.-)\t") do found[#found + 1] = column end
  return found
end

function init(args)
  if args[1] == nil then return end
  local template, place = read(args[1]), 1
  for from, name, to in template:gmatch("()@(%w)@()") do
    parts[#parts + 1] = template:sub(place, from - 1)
    parts[#parts + 1] = name
    place = to
  end
  parts[#parts + 1] = template:sub(place)
  n = tonumber(args[2])
  if args[3] ~= nil then
    for line in read(args[3]):gmatch("([^\n]+)\n") do lines[#lines + 1] = columns(line) end
  end
  -- Defined only now: without it wrk sends one request that it has made once.
  request = filled
end

function filled()
  local out, line = {}, lines[n % math.max(#lines, 1) + 1]
  for place, part in ipairs(parts) do
    if place % 2 == 1 then out[place] = part
    elseif part == "n" then out[place] = string.format("%08d", n)
    else out[place] = line[tonumber(part)] end
  end
  -- The first is only looked at, by wrk, before it begins: the same goes out then.
  if looked_at then n = n + 1 end
  looked_at = true
  return table.concat(out)
end

function done(summary, latency)
  local failed = summary.errors
  print(string.format(
    'MEASURED {"answers": %d, "seconds": %f, "refused": %d, "broken": %d, "median": %f, "p99": %f}',
    summary.requests, summary.duration / 1e6, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout,
    latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
