namespace Tideway.DuckDb.Native;

/// <summary>Makes data chunks with the column types of an appender.</summary>
internal static class AppenderChunks
{
    public static unsafe ChunkHandle Create(AppenderHandle appender, int columns)
    {
        var types = new LogicalTypeHandle[columns];
        try
        {
            var pointers = stackalloc nint[columns];
            for (var i = 0; i < columns; i++)
            {
                types[i] = NativeMethods.duckdb_appender_column_type(appender, (ulong)i);
                pointers[i] = types[i].DangerousGetHandle();
            }

            var chunk = NativeMethods.duckdb_create_data_chunk(pointers, (ulong)columns);
            if (chunk.IsInvalid)
                throw new DuckDbException(DuckDbError.NotImplemented, "The table has a type that cannot be written in chunks.");
            return chunk;
        }
        finally
        {
            foreach (var type in types)
                type?.Dispose();
        }
    }
}
