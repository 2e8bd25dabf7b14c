-- Of models that tell classes apart: what was decided for, and how probable each class was. Their 'decision' is false, their score
-- the probability of the outcome. 'others' has the same two where a version has classes.
alter table predictions
  add column outcome text,              -- null of a model without classes, and of rows from before there were any
  add column probabilities jsonb;       -- by class; empty of a model without classes
