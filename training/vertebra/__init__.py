"""Vertebral simulator, network and export of OsteoLens."""
