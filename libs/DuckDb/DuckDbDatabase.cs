using System.Globalization;
using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>
/// An open database. It may be used from any thread, and several connections to it work in parallel. It closes when it and everything
/// made from it is disposed; a file stays locked for other processes until then. The time zone of all sessions is UTC, whatever the machine's.
/// </summary>
public sealed class DuckDbDatabase : IDisposable
{
    private readonly DatabaseHandle handle;
    private readonly bool locked;
    private readonly ConsumeFunction consume;

    private DuckDbDatabase(DatabaseHandle handle, bool locked)
    {
        this.handle = handle;
        this.locked = locked;
        consume = new ConsumeFunction(handle);
    }

    /// <summary>The version of the native library, such as <c>v1.5.6</c>.</summary>
    public static string LibraryVersion => NativeMethods.duckdb_library_version() ?? "";

    /// <summary>Opens a database in memory with DuckDB's limits.</summary>
    /// <exception cref="DuckDbException">It cannot be opened.</exception>
    public static DuckDbDatabase Open() => Open(new DuckDbOptions());

    /// <summary>Opens a database.</summary>
    /// <exception cref="DuckDbException">The file cannot be opened, is in use by another process, or a setting is not valid.</exception>
    public static DuckDbDatabase Open(DuckDbOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);

        _ = NativeMethods.duckdb_create_config(out var config);
        using (config)
        {
            foreach (var (name, value) in SettingsOf(options))
                Set(config, name, value);

            if (NativeMethods.duckdb_open_ext(options.Path, out var handle, config, out var error) != NativeState.Success)
            {
                handle.Dispose();
                throw DuckDbException.FromMessage(error);
            }

            var database = new DuckDbDatabase(handle, options.Locked);
            try
            {
                database.Prepare(options);
                return database;
            }
            catch
            {
                database.Dispose();
                throw;
            }
        }
    }

    /// <summary>Opens a connection: a session with its own transaction, settings and temporary tables.</summary>
    /// <exception cref="DuckDbException">DuckDB gives no connection.</exception>
    public DuckDbConnection Connect()
    {
        ObjectDisposedException.ThrowIf(handle.IsDisposed, this);
        if (NativeMethods.duckdb_connect(handle, out var connection) != NativeState.Success)
        {
            connection.Dispose();
            throw new DuckDbException(DuckDbError.Connection, "DuckDB opened no connection.");
        }

        connection.KeepAlive(handle);
        return new DuckDbConnection(connection, locked, consume);
    }

    /// <summary>Closes the database once everything made from it is disposed too.</summary>
    public void Dispose() => handle.Dispose();

    private static void Set(ConfigHandle config, string name, string value)
    {
        if (NativeMethods.duckdb_set_config(config, name, value) != NativeState.Success)
            throw new DuckDbException(DuckDbError.InvalidConfiguration, $"DuckDB takes no value '{value}' for the setting '{name}'.");
    }

    private static IEnumerable<(string Name, string Value)> SettingsOf(DuckDbOptions options)
    {
        var loading = options.AllowExtensionLoading ? "true" : "false";
        yield return ("autoinstall_known_extensions", loading);
        yield return ("autoload_known_extensions", loading);
        yield return ("allow_community_extensions", loading);
        yield return ("allow_persistent_secrets", "false");
        yield return ("preserve_insertion_order", options.PreserveInsertionOrder ? "true" : "false");
        if (options.ReadOnly)
            yield return ("access_mode", "READ_ONLY");
        if (options.MemoryLimitBytes is { } memory)
            yield return ("memory_limit", Bytes(memory));
        if (options.Threads is { } threads)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1, nameof(options));
            yield return ("threads", threads.ToString(CultureInfo.InvariantCulture));
        }

        // Without this a database in memory spills into .tmp of the working directory.
        if (options.TempDirectory is not null || options.Path is null)
            yield return ("temp_directory", options.TempDirectory ?? "");
        if (options.MaxTempDirectoryBytes is { } spilled)
            yield return ("max_temp_directory_size", Bytes(spilled));

        foreach (var (name, value) in options.Settings)
            yield return (name, value);
    }

    private static string Bytes(long count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return string.Create(CultureInfo.InvariantCulture, $"{count}B");
    }

    private void Prepare(DuckDbOptions options)
    {
        using var connection = Connect();
        connection.Execute("SET GLOBAL TimeZone = 'UTC'");
        if (!options.Locked)
            return;

        // The lists can only be set while the database is open and external access still is on.
        if (options.AllowedPaths.Count > 0)
            connection.Execute($"SET allowed_paths = {SqlText.LiteralList(options.AllowedPaths)}");
        if (options.AllowedDirectories.Count > 0)
            connection.Execute($"SET allowed_directories = {SqlText.LiteralList(options.AllowedDirectories)}");
        connection.Execute("SET enable_external_access = false");
        connection.Execute("SET lock_configuration = true");
    }
}
