using Tideway.DuckDb.Native;

namespace Tideway.DuckDb;

/// <summary>Runs statements so that a cancelled token stops them.</summary>
internal static class QueryExecution
{
    /// <summary>Runs every statement of the text. The parameters and the result are those of the last one.</summary>
    public static ResultHandle Run(
        ConnectionHandle connection,
        string sql,
        ReadOnlySpan<object?> parameters,
        bool streaming,
        CancellationToken cancellationToken
    )
    {
        var count = NativeMethods.duckdb_extract_statements(connection, sql, out var statements);
        using (statements)
        {
            if (count == 0)
                throw NoStatement(statements);
            for (ulong i = 0; ; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var statement = Prepare(connection, statements, i, cancellationToken);
                var last = i == count - 1;
                Parameters.Bind(statement, last ? parameters : []);
                var result = Run(connection, statement, last && streaming, cancellationToken);
                if (last)
                    return result;
                result.Dispose();
            }
        }
    }

    public static StatementHandle Prepare(ConnectionHandle connection, string sql, CancellationToken cancellationToken)
    {
        NativeState state;
        StatementHandle statement;
        using (new InterruptWatch(connection, cancellationToken))
            state = NativeMethods.duckdb_prepare(connection, sql, out statement);
        return Prepared(connection, state, statement, cancellationToken);
    }

    public static ResultHandle Run(ConnectionHandle connection, StatementHandle statement, bool streaming, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var state = streaming
            ? NativeMethods.duckdb_pending_prepared_streaming(statement, out var pending)
            : NativeMethods.duckdb_pending_prepared(statement, out pending);
        using (pending)
        {
            if (state != NativeState.Success)
                throw DuckDbException.FromMessage(NativeMethods.duckdb_pending_error(pending));

            pending.KeepAlive(connection);
            var result = new ResultHandle(connection);

            // Starting a query forgets an earlier interrupt, so the token is only watched from here on.
            using (new InterruptWatch(connection, cancellationToken))
                state = NativeMethods.duckdb_execute_pending(pending, result);

            // What is materialized is complete and stays valid; a stream has been interrupted for good.
            if (state == NativeState.Success && !(streaming && cancellationToken.IsCancellationRequested))
                return result;
            using (result)
                throw Failure(result.Error() ?? DuckDbException.FromMessage(null), cancellationToken);
        }
    }

    public static Exception Failure(DuckDbException error, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested && error.Error is DuckDbError.Interrupt or DuckDbError.Invalid
            ? new OperationCanceledException("The query was cancelled.", error, cancellationToken)
            : error;

    private static StatementHandle Prepare(ConnectionHandle connection, ExtractedStatementsHandle statements, ulong index, CancellationToken cancellationToken)
    {
        NativeState state;
        StatementHandle statement;
        using (new InterruptWatch(connection, cancellationToken))
            state = NativeMethods.duckdb_prepare_extracted_statement(connection, statements, index, out statement);
        return Prepared(connection, state, statement, cancellationToken);
    }

    private static StatementHandle Prepared(ConnectionHandle connection, NativeState state, StatementHandle statement, CancellationToken cancellationToken)
    {
        if (state == NativeState.Success)
        {
            statement.KeepAlive(connection);
            return statement;
        }

        using (statement)
            throw Failure(DuckDbException.FromMessage(statement.IsInvalid ? null : NativeMethods.duckdb_prepare_error(statement)), cancellationToken);
    }

    private static DuckDbException NoStatement(ExtractedStatementsHandle statements)
    {
        var message = statements.IsInvalid ? null : NativeMethods.duckdb_extract_statements_error(statements);
        return message is null ? new DuckDbException(DuckDbError.Parser, "Expected a SQL statement, found none.") : DuckDbException.FromMessage(message);
    }
}
