-- Models give further numbers beside their score or classes.

alter table predictions
  add column estimates jsonb;           -- by name; empty of a model without estimates
