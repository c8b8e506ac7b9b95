"""Fine-tuning: windows in, a Hugging Face model out."""
