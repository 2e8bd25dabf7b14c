-- By the event that was scored, for whoever asks what was answered about it; most answers name none. While it is made, on a table
-- that is large already, answers wait in Kafka.

drop index predictions_event_id_idx;
create index predictions_event_id_idx on predictions (event_id) where event_id is not null;
