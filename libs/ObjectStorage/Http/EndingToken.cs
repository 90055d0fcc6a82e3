namespace Tideway.ObjectStorage.Http;

/// <summary>A token that whoever has it may use until it ends. Has no text form, so that it gets into no message.</summary>
internal sealed class EndingToken(string value, DateTimeOffset endsAt)
{
    public string Value { get; } = value;

    public DateTimeOffset EndsAt { get; } = endsAt;
}
