# Creates a cluster in the folder $2 with the programs in $1, runs its server, with the arguments that follow, until
# standard input ends, then stops the server and removes the folder. Whoever started this holds the writing end of
# standard input, so it ends with that process, by exit, by Ctrl-C or by SIGKILL.

# Ctrl-C reaches the whole terminal; what is left to do here must be done all the same.
trap '' HUP INT TERM
# A background job's own standard input is /dev/null.
exec 3<&0
programs=$1
folder=$2
shift 2

"$programs/initdb" --pgdata "$folder/data" --username postgres --auth trust --encoding UTF8 --locale C --no-sync </dev/null
made=$?

if [ "$made" -eq 0 ]; then
    "$programs/postgres" -D "$folder/data" -k "$folder" -c listen_addresses= -c max_connections=200 "$@" </dev/null 3<&- &
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
rm -rf "$folder"
