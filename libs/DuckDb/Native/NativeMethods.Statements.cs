using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;

namespace Tideway.DuckDb.Native;

/// <summary>Prepared statements and their execution: https://duckdb.org/docs/stable/clients/c/prepared</summary>
internal static partial class NativeMethods
{
    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_prepare(ConnectionHandle connection, [MarshalUsing(typeof(CString))] string sql, out StatementHandle statement);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_destroy_prepare(ref nint statement);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [return: MarshalUsing(typeof(BorrowedCString))]
    public static partial string? duckdb_prepare_error(StatementHandle statement);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial DuckDbStatementKind duckdb_prepared_statement_type(StatementHandle statement);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial ulong duckdb_extract_statements(
        ConnectionHandle connection,
        [MarshalUsing(typeof(CString))] string sql,
        out ExtractedStatementsHandle statements
    );

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [return: MarshalUsing(typeof(BorrowedCString))]
    public static partial string? duckdb_extract_statements_error(ExtractedStatementsHandle statements);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_destroy_extracted(ref nint statements);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_prepare_extracted_statement(
        ConnectionHandle connection,
        ExtractedStatementsHandle statements,
        ulong index,
        out StatementHandle statement
    );

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_pending_prepared(StatementHandle statement, out PendingHandle pending);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_pending_prepared_streaming(StatementHandle statement, out PendingHandle pending);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial NativeState duckdb_execute_pending(PendingHandle pending, ResultHandle result);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    [return: MarshalUsing(typeof(BorrowedCString))]
    public static partial string? duckdb_pending_error(PendingHandle pending);

    [LibraryImport(Library)]
    [UnmanagedCallConv(CallConvs = [typeof(CallConvCdecl)])]
    public static partial void duckdb_destroy_pending(ref nint pending);
}
