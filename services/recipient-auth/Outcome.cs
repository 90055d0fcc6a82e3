using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http.HttpResults;
using Tideway.Hosting.Web;

namespace Tideway.RecipientAuth;

/// <summary>Why something that was asked for is not done; told to the caller with one of the known codes.</summary>
internal sealed record Refusal(int Status, string ErrorCode, string Message)
{
    /// <summary>A value of the request is not what was expected.</summary>
    public static Refusal Invalid(string field, string expected, object? got) =>
        new(StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", $"{field}: expected {expected}, got {Show(got)}");

    public ProblemHttpResult ToProblem() => Problems.Of(Status, ErrorCode, Message);

    private static string Show(object? got)
    {
        const int Longest = 100;
        return got switch
        {
            null => "nothing",
            string text when text.Length > Longest => $"'{text[..Longest]}' and {text.Length - Longest} more characters",
            string text => $"'{text}'",
            _ => got.ToString() ?? "nothing",
        };
    }
}

/// <summary>What was asked for, or why it is not done.</summary>
internal readonly record struct Outcome<T>
    where T : class
{
    private Outcome(T? value, Refusal? refusal)
    {
        Value = value;
        Refusal = refusal;
    }

    public T? Value { get; }

    public Refusal? Refusal { get; }

    public bool IsRefused([NotNullWhen(true)] out Refusal? refusal, [NotNullWhen(false)] out T? value)
    {
        refusal = Refusal;
        value = Value;
        return refusal is not null;
    }

    public static implicit operator Outcome<T>(T value) => new(value, refusal: null);

    public static implicit operator Outcome<T>(Refusal refusal) => new(value: null, refusal);
}
