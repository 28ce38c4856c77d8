"""The main job: from collected posts to a graded model."""
