"""What Redis does with a chat list in one step. The keys are told in `chat_index`."""

# KEYS: order, facts, unread, seen, said (to be followed by a chat id). ARGV: chats at most, sids at most,
# messages kept of each chat, then per message: sid ('' for none), chat id, time in microseconds, JSON,
# what to add to unread, JSON to be kept ('' for nothing).
# Answers with one 0 or 1 per message: whether it was new.
# The keys `said:<chat id>` are made in the script, which a Redis Cluster does not allow: one server, then
RECORD = """
local news = {}
for i = 4, #ARGV, 6 do
  local sid, chat, at = ARGV[i], ARGV[i + 1], tonumber(ARGV[i + 2])
  local is_new = 1
  if sid ~= '' then is_new = redis.call('ZADD', KEYS[4], 'NX', at, sid) end
  if is_new == 1 then
    local last = tonumber(redis.call('ZSCORE', KEYS[1], chat) or '0')
    if at >= last then
      redis.call('ZADD', KEYS[1], at, chat)
      redis.call('HSET', KEYS[2], chat, ARGV[i + 3])
    end
    local added = tonumber(ARGV[i + 4])
    if added > 0 then redis.call('HINCRBY', KEYS[3], chat, added)
    elseif added < 0 then redis.call('HDEL', KEYS[3], chat) end
    if ARGV[i + 5] ~= '' then
      redis.call('ZADD', KEYS[5] .. chat, at, ARGV[i + 5])
      redis.call('ZREMRANGEBYRANK', KEYS[5] .. chat, 0, -1 - tonumber(ARGV[3]))
    end
  end
  news[#news + 1] = is_new
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, -1 - tonumber(ARGV[1]))
for _, chat in ipairs(oldest) do
  redis.call('ZREM', KEYS[1], chat)
  redis.call('HDEL', KEYS[2], chat)
  redis.call('HDEL', KEYS[3], chat)
  redis.call('DEL', KEYS[5] .. chat)
end
redis.call('ZREMRANGEBYRANK', KEYS[4], 0, -1 - tonumber(ARGV[2]))
return news
"""

# KEYS: order, facts, unread. ARGV: chats at most, time and id of the chat before ('' for none). Many chats may
# share one instant, as after a rebuild. Answers with the
# cursor, the JSON and the count of each.
# Lua's `unpack` takes about 8,000 values; a page asks for a hundred at most
PAGE = """
local most, at, chat = tonumber(ARGV[1]), ARGV[2], ARGV[3]
local found
local now_at = chat ~= '' and redis.call('ZSCORE', KEYS[1], chat)
if chat == '' then
  found = redis.call('ZREVRANGE', KEYS[1], 0, most - 1, 'WITHSCORES')
elseif now_at and tonumber(now_at) == tonumber(at) then
  local first = redis.call('ZREVRANK', KEYS[1], chat) + 1
  found = redis.call('ZREVRANGE', KEYS[1], first, first + most - 1, 'WITHSCORES')
else
  found = redis.call('ZREVRANGEBYSCORE', KEYS[1], '(' .. at, '-inf', 'WITHSCORES', 'LIMIT', 0, most)
end
if #found == 0 then return {} end
local chats, answer = {}, {}
for i = 1, #found, 2 do chats[#chats + 1] = found[i] end
local facts = redis.call('HMGET', KEYS[2], unpack(chats))
local unread = redis.call('HMGET', KEYS[3], unpack(chats))
for i = 1, #chats do
  answer[#answer + 1] = string.format('%.0f', found[2 * i]) .. '.' .. chats[i]
  answer[#answer + 1] = facts[i] or ''
  answer[#answer + 1] = unread[i] or '0'
end
return answer
"""

# KEYS: facts, said of one chat. ARGV: chat id, its JSON as it was read, the JSON to be, then the kept messages as
# they were read. Answers 0, the JSON unchanged, where anything was said since.
SAY_LEAD = """
if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end
for i = 4, #ARGV do redis.call('ZREM', KEYS[2], ARGV[i]) end
if redis.call('ZCARD', KEYS[2]) > 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1
"""
