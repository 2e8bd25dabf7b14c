-- KEYS[1] the marker. ARGV: the batch, the last one before it, or -1 for the first.
-- Returns 0 when Redis has lost the batch before.
local stored = tonumber(redis.call('GET', KEYS[1]) or '-1')
if stored < tonumber(ARGV[2]) then
  return 0
end
if stored < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], ARGV[1])
end
return 1
