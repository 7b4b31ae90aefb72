//! What both programs need from the machine: directories, private files, logging, exit codes.
