"""What every room shares: utterances, manifests, audio files, errors in two languages, atomic files."""
