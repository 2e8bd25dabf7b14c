-- KEYS[1] the entity's record. ARGV: field (h, partition, offset), event, greatest number of events, milliseconds to live, or 0 for ever.
local function number(text, at)
  local high, low = struct.unpack('>I4I4', text, at)
  return high * 4294967296 + low
end
local partition = string.sub(ARGV[1], 2, 13)
local stored = redis.call('HGET', KEYS[1], 'o')
if stored then
  for at = 1, #stored, 20 do
    if string.sub(stored, at, at + 11) == partition and number(stored, at + 12) >= number(ARGV[1], 14) then
      return 0
    end
  end
end
if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[3]) + 2 then
  redis.call('HSET', KEYS[1], 'c', '1')
  return -1
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
if ARGV[4] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[4])
end
return 1
