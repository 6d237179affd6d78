DROP TABLE workflow_configurations;
