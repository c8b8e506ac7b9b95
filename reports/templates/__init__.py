"""The page around the sections: template, style, script and the strings they share."""
