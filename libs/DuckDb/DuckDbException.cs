using System.Collections.Frozen;

namespace Tideway.DuckDb;

/// <summary>DuckDB refused or failed. A caller's own mistake is an <see cref="ArgumentException"/> or <see cref="InvalidOperationException"/>.</summary>
public sealed class DuckDbException(DuckDbError error, string message, Exception? inner = null) : Exception(message, inner)
{
    private const string Separator = " Error: ";

    // Where the C API hands out no kind, DuckDB's message starts with one.
    private static readonly FrozenDictionary<string, DuckDbError> KindsByPrefix = new Dictionary<string, DuckDbError>
    {
        ["Out of Range"] = DuckDbError.OutOfRange,
        ["Conversion"] = DuckDbError.Conversion,
        ["Unknown Type"] = DuckDbError.UnknownType,
        ["Decimal"] = DuckDbError.Decimal,
        ["Mismatch Type"] = DuckDbError.MismatchType,
        ["Divide by Zero"] = DuckDbError.DivideByZero,
        ["Object Size"] = DuckDbError.ObjectSize,
        ["Invalid type"] = DuckDbError.InvalidType,
        ["Serialization"] = DuckDbError.Serialization,
        ["TransactionContext"] = DuckDbError.Transaction,
        ["Not implemented"] = DuckDbError.NotImplemented,
        ["Expression"] = DuckDbError.Expression,
        ["Catalog"] = DuckDbError.Catalog,
        ["Parser"] = DuckDbError.Parser,
        ["Binder"] = DuckDbError.Binder,
        ["Planner"] = DuckDbError.Planner,
        ["Scheduler"] = DuckDbError.Scheduler,
        ["Executor"] = DuckDbError.Executor,
        ["Constraint"] = DuckDbError.Constraint,
        ["Index"] = DuckDbError.Index,
        ["Stat"] = DuckDbError.Stat,
        ["Connection"] = DuckDbError.Connection,
        ["Syntax"] = DuckDbError.Syntax,
        ["Settings"] = DuckDbError.Settings,
        ["Optimizer"] = DuckDbError.Optimizer,
        ["NullPointer"] = DuckDbError.NullPointer,
        ["IO"] = DuckDbError.Io,
        ["INTERRUPT"] = DuckDbError.Interrupt,
        ["FATAL"] = DuckDbError.Fatal,
        ["INTERNAL"] = DuckDbError.Internal,
        ["Invalid Input"] = DuckDbError.InvalidInput,
        ["Out of Memory"] = DuckDbError.OutOfMemory,
        ["Permission"] = DuckDbError.Permission,
        ["Parameter Not Resolved"] = DuckDbError.ParameterNotResolved,
        ["Parameter Not Allowed"] = DuckDbError.ParameterNotAllowed,
        ["Dependency"] = DuckDbError.Dependency,
        ["Missing Extension"] = DuckDbError.MissingExtension,
        ["HTTP"] = DuckDbError.Http,
        ["Extension Autoloading"] = DuckDbError.Autoload,
        ["Sequence"] = DuckDbError.Sequence,
        ["Invalid Configuration"] = DuckDbError.InvalidConfiguration,
        ["Data Corruption"] = DuckDbError.DataCorruption,
    }.ToFrozenDictionary();

    /// <summary>What kind of failure it is.</summary>
    public DuckDbError Error { get; } = error;

    internal static DuckDbException FromMessage(string? message)
    {
        if (message is null)
            return new DuckDbException(DuckDbError.Invalid, "DuckDB failed without a message.");
        var end = message.IndexOf(Separator, StringComparison.Ordinal);
        var kind = end > 0 && KindsByPrefix.TryGetValue(message[..end], out var known) ? known : DuckDbError.Invalid;
        return new DuckDbException(kind, message);
    }
}
