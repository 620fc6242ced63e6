"""Scripts (话术) that agents insert into chats."""
