using System.Text.Json;

namespace Tideway.DeltaLog.Actions;

/// <summary>Takes the actions of a log that are about files, for who wants no object for each. The reader stands before the first member; it must end behind the last.</summary>
internal interface IFileActions
{
    /// <summary>Takes an <c>add</c>.</summary>
    void ReadAdd(ref Utf8JsonReader reader);

    /// <summary>Takes a <c>remove</c>.</summary>
    void ReadRemove(ref Utf8JsonReader reader);
}

/// <summary>Passes them by.</summary>
internal sealed class NoFileActions : IFileActions
{
    public static NoFileActions Instance { get; } = new();

    public void ReadAdd(ref Utf8JsonReader reader) => reader.Skip();

    public void ReadRemove(ref Utf8JsonReader reader) => reader.Skip();
}
