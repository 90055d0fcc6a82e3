using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Tideway.Hosting.Web;

/// <summary>Errors of the management API: <c>application/problem+json</c> that also carries <c>error_code</c> and <c>message</c>.</summary>
public static class Problems
{
    /// <summary>An error with one of the known codes, for example <c>SHARE_DOES_NOT_EXIST</c>.</summary>
    public static ProblemHttpResult Of(int status, string errorCode, string message) =>
        TypedResults.Problem(
            detail: message,
            statusCode: status,
            title: errorCode,
            extensions: new Dictionary<string, object?>(StringComparer.Ordinal) { ["error_code"] = errorCode, ["message"] = message }
        );

    /// <summary>400: a value is not what was expected; the message names the field, what was expected and what came.</summary>
    public static ProblemHttpResult Invalid(string message) => Of(StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", message);

    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string errorCode, string message) => Of(StatusCodes.Status404NotFound, errorCode, message);

    /// <summary>409.</summary>
    public static ProblemHttpResult Conflict(string errorCode, string message) => Of(StatusCodes.Status409Conflict, errorCode, message);
}
