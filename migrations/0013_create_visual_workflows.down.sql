DROP TABLE visual_workflows;
