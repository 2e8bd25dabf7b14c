-- KEYS[1] the marker, KEYS[2] the progress. ARGV: the last batch or -1, then fields and values.
local stored = tonumber(redis.call('GET', KEYS[1]) or '-1')
if stored < tonumber(ARGV[1]) then
  return 0
end
redis.call('HSET', KEYS[2], unpack(ARGV, 2))
return 1
