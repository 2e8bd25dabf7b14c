-- KEYS[1] the entity's record, KEYS[2] where its older block lies, if it has one. ARGV: block, offsets, milliseconds to live, or 0
-- for ever, field of the older block, and that itself unless it is here already.
-- A refused record's older block stays for those to come, which name it without sending it again; so does the one that the record
-- here names, until it names another.
-- Offsets: per partition 12 bytes that name it and 8 of the offset, big-endian. A number is exact up to 2^53.
local function number(text, at)
  local high, low = struct.unpack('>I4I4', text, at)
  return high * 4294967296 + low
end
local mine = {}
for at = 1, #ARGV[2], 20 do
  mine[string.sub(ARGV[2], at, at + 11)] = number(ARGV[2], at + 12)
end
local function live(key)
  if ARGV[3] ~= '0' then
    redis.call('PEXPIRE', key, ARGV[3])
  end
end
-- Lets one of v and w name the older block, and forgets the one that it named, unless the other does.
local function name(field, other)
  local before = redis.call('HGET', KEYS[2], field)
  if before ~= ARGV[4] then
    if before and before ~= redis.call('HGET', KEYS[2], other) then
      redis.call('HDEL', KEYS[2], before)
    end
    redis.call('HSET', KEYS[2], field, ARGV[4])
  end
end
if KEYS[2] and ARGV[5] ~= '' then
  redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
end
local stored = redis.call('HGET', KEYS[1], 'o')
if stored then
  for at = 1, #stored, 20 do
    if (mine[string.sub(stored, at, at + 11)] or -1) < number(stored, at + 12) then
      if KEYS[2] and ARGV[5] ~= '' then
        name('w', 'v')
        live(KEYS[2])
      end
      return 0
    end
  end
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
live(KEYS[1])
if KEYS[2] then
  name('v', 'w')
  live(KEYS[2])
end
return 1
