"""Tests of the synthetic studies."""
