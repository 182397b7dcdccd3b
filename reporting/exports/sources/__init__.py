"""Where the rows of each dataset come from. Each reads with a cursor, so that memory does not grow with the rows."""
