@echo off
setlocal
set "DENO_DIR=%LOCALAPPDATA%\dml\deno-dir"
set "DENO_NO_UPDATE_CHECK=1"
"%~dp0deno.exe" run @ISOLATION@ --allow-env=@ENVIRONMENT@ --allow-read "--allow-run=%~dp0deno.exe" "%~dp0start_child.js" %*
