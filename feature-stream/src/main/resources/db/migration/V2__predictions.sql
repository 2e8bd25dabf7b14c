-- What was answered, as the topic predictions has it: each record once, whatever is read again.

create table predictions (
  request_id text not null,
  event_id text,                        -- of the event that was scored, where the request named it
  model text not null,
  model_version text not null,          -- none: a rule answered
  alias text not null,
  score double precision not null,
  decision boolean not null,
  vector double precision[] not null,   -- NaN is missing
  definitions_digest text not null,
  model_digest text not null,
  event_key text not null,              -- the entity, and the record's key
  asked_for timestamptz not null,
  answered_at timestamptz not null,
  as_of timestamptz,
  complete boolean not null,
  reasons jsonb not null,
  replaced jsonb not null,
  entities jsonb not null,              -- by view
  offsets jsonb not null,               -- view/topic id/partition to the highest offset that was read
  others jsonb not null,                -- what other versions say of the same event: alias, model_version, score, decision
  trace_id text,
  topic_id text not null,
  kafka_partition integer not null,
  kafka_offset bigint not null,
  primary key (topic_id, kafka_partition, kafka_offset, answered_at)
) partition by range (answered_at);
create index on predictions (event_key, answered_at);
create index on predictions (model, asked_for);
create index on predictions (event_id);
-- A truth is looked up by its event's id.
create index on labels (event_id);
