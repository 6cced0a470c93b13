# Makes a cluster in the folder $2 with the programs in $1, runs its server until standard input ends, then
# stops the server and removes the folder. Whoever started this holds the other end of standard input, so it
# ends with that process, however that ends: by leaving, by Ctrl-C, by SIGKILL.

# Ctrl-C reaches the whole terminal; what is left to do here must be done all the same.
trap '' HUP INT TERM
# A background job's own standard input is /dev/null.
exec 3<&0

"$1/initdb" --pgdata "$2/data" --username postgres --auth trust --encoding UTF8 --locale C --no-sync </dev/null
made=$?

if [ "$made" -eq 0 ]; then
    "$1/postgres" -D "$2/data" -k "$2" -c listen_addresses= -c max_connections=200 </dev/null 3<&- &
    server=$!
    # The signal is repeated, because a server that has hardly begun does not listen to it yet.
    {
        read -r _ <&3
        while kill -QUIT "$server" 2>/dev/null; do sleep 0.1; done
    } &
    watcher=$!
    wait "$server"
    kill -KILL "$watcher" 2>/dev/null
fi
cd /
rm -rf "$2"
