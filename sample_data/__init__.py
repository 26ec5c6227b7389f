"""The sample company: a seeded simulation of a manufacturer that writes its data as departments really export them."""
