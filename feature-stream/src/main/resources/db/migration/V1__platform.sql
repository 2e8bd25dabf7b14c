-- The platform's own tables. Those of a use case's events and windows are made from its definitions.

create table sink_commit (
  checkpoint_id text not null,
  batch bigint not null,
  offsets jsonb not null,          -- topic/partition to the next offset after this batch
  committed_at timestamptz not null default now(),
  primary key (checkpoint_id, batch)
);

create table labels (
  event_type text not null,
  event_id text not null,
  event_time timestamptz not null,
  event_key text not null,
  entities jsonb not null,
  value double precision not null,
  known_at timestamptz not null,
  revision integer not null,
  topic_id text not null,
  kafka_partition integer not null,
  kafka_offset bigint not null,
  arrival_time timestamptz not null,
  sink_batch bigint not null,
  primary key (event_type, event_id, event_time, revision)
) partition by range (event_time);

create table training_features (
  run_id text not null,
  use_case text not null,
  model text not null,
  event_id text not null,
  event_time timestamptz not null,
  label double precision not null,
  split text not null,
  features jsonb not null,
  primary key (run_id, event_id, event_time)
) partition by range (event_time);
create index on training_features (event_time);
create table training_features_default partition of training_features default;
