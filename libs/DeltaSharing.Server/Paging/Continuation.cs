using Tideway.DeltaSharing.Server.Answers;

namespace Tideway.DeltaSharing.Server.Paging;

/// <summary>What came of reading a token.</summary>
public abstract record Continuation
{
    private Continuation() { }

    /// <summary>The token is ours, for this call, and still good.</summary>
    /// <param name="Cursor">Where to go on, as given when the token was made.</param>
    public sealed record Valid(string Cursor) : Continuation;

    /// <summary>The token is not one of ours.</summary>
    public sealed record Malformed : Continuation;

    /// <summary>The token is ours, but of another recipient, list or table.</summary>
    public sealed record Foreign : Continuation;

    /// <summary>The token is for this table, but the other parameters were different.</summary>
    public sealed record OtherParameters : Continuation;

    /// <summary>The token's time is over.</summary>
    public sealed record Expired : Continuation;

    /// <summary>The refusal of a token that is not <see cref="Valid"/>.</summary>
    public ProtocolRefusal ToRefusal(ContinuationKind kind)
    {
        var token = kind == ContinuationKind.Refresh ? "refresh token" : "page token";
        return ProtocolRefusals.Invalid(
            this switch
            {
                // The words that clients know, of which only one has the article.
                Malformed => kind == ContinuationKind.Refresh ? "Error decoding refresh token." : "Error decoding the page token.",
                Foreign => $"The table specified in the {token} does not match the table being queried.",
                OtherParameters => "Query parameter mismatch detected for the next page query.",
                Expired => $"The {token} has expired.",
                _ => throw new InvalidOperationException("A valid token is not refused."),
            }
        );
    }
}
