-- The access-control-service counts refusals, for all services.
DROP TABLE refusal_count;
