"""DAGs of Perennial: when the nights of a pipeline run. What is learnt stands in the pipeline's file."""
