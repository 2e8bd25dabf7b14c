-- KEYS[1] the entity's record, KEYS[2] its older block, where there is one. ARGV: block, offsets, milliseconds to live, or 0 for
-- ever, version of the older block, and that itself unless it is here already.
-- Offsets: per partition 12 bytes that name it and 8 of the offset, big-endian. A number is exact up to 2^53.
local function number(text, at)
  local high, low = struct.unpack('>I4I4', text, at)
  return high * 4294967296 + low
end
local mine = {}
for at = 1, #ARGV[2], 20 do
  mine[string.sub(ARGV[2], at, at + 11)] = number(ARGV[2], at + 12)
end
local stored = redis.call('HGET', KEYS[1], 'o')
if stored then
  for at = 1, #stored, 20 do
    if (mine[string.sub(stored, at, at + 11)] or -1) < number(stored, at + 12) then
      return 0
    end
  end
end
if KEYS[2] and ARGV[5] ~= '' then
  redis.call('HSET', KEYS[2], 'v', ARGV[4], 'b', ARGV[5])
end
redis.call('HSET', KEYS[1], 'b', ARGV[1], 'o', ARGV[2])
local heads = 0
for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do
  if string.sub(field, 1, 1) == 'h' then
    local included = mine[string.sub(field, 2, 13)]
    if included and number(field, 14) <= included then
      redis.call('HDEL', KEYS[1], field)
    else
      heads = heads + 1
    end
  end
end
if heads == 0 then
  redis.call('HDEL', KEYS[1], 'c')
end
if ARGV[3] ~= '0' then
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
  if KEYS[2] then
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
  end
end
return 1
