"""Files of small language models: where they come from, and a server for one of them.

Nothing else knows them. Whoever asks a model does so by oo.lib.llm, wherever the model is.
"""
