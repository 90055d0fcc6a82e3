using System.Diagnostics.CodeAnalysis;

namespace Tideway.DeltaSharing.Server.Answers;

/// <summary>What a part of a request means, or the refusal where it means nothing that is allowed.</summary>
/// <typeparam name="T">What it means.</typeparam>
public readonly struct Checked<T>
{
    private readonly T value;
    private readonly ProtocolRefusal? refusal;

    private Checked(T value, ProtocolRefusal? refusal)
    {
        this.value = value;
        this.refusal = refusal;
    }

    /// <summary>What it means. Throws where it is refused.</summary>
    public T Value => refusal is null ? value : throw new InvalidOperationException($"Refused: {refusal.Message}");

    /// <summary>Whether it is refused, and how.</summary>
    public bool IsRefused([NotNullWhen(true)] out ProtocolRefusal? how)
    {
        how = refusal;
        return refusal is not null;
    }

    /// <summary>It means <paramref name="value"/>.</summary>
#pragma warning disable CA2225 // Only ever made by returning one or the other.
    public static implicit operator Checked<T>(T value) => new(value, null);

    /// <summary>It is refused.</summary>
    public static implicit operator Checked<T>(ProtocolRefusal refusal) => new(default!, refusal);
#pragma warning restore CA2225
}
