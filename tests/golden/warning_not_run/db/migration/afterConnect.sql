SET ROLE clerk;
