"""What is measured, group by group: each function sets its contestants up on the stage and returns them."""
