using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Web;

namespace Tideway.ShareRegistry;

/// <summary>Why something that was asked for is not done, in the words of the management API.</summary>
internal sealed record Refusal(int Status, string Code, string Message)
{
    public static Refusal Invalid(string message) => new(StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", message);

    public static Refusal NotFound(string code, string message) => new(StatusCodes.Status404NotFound, code, message);

    public static Refusal Conflict(string code, string message) => new(StatusCodes.Status409Conflict, code, message);

    public static Refusal LimitExceeded(string message) => new(StatusCodes.Status400BadRequest, "RESOURCE_LIMIT_EXCEEDED", message);

    public static Refusal ShareDoesNotExist(string name) => NotFound("SHARE_DOES_NOT_EXIST", $"Share '{name}' does not exist.");

    public static Refusal RecipientDoesNotExist(string name) => NotFound("RECIPIENT_DOES_NOT_EXIST", $"Recipient '{name}' does not exist.");

    public static Refusal RecipientNotToldOf(string name) =>
        new(
            StatusCodes.Status503ServiceUnavailable,
            "TEMPORARILY_UNAVAILABLE",
            $"Recipient '{name}' is not known here, and the bus that would tell of a new one is not connected just now; try again."
        );

    public ProblemHttpResult ToProblem() => Problems.Of(Status, Code, Message);
}

/// <summary>What was asked for, or why it is refused.</summary>
internal readonly record struct Outcome<T>(T? Value, Refusal? Refusal)
    where T : class
{
    public static implicit operator Outcome<T>(T value) => new(value, null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(null, refusal);
}
