-- Most answers name no event: those would only be looked for by the names that they do not have.

drop index predictions_event_id_idx;
create index predictions_event_id_idx on predictions (event_id) where event_id is not null;
