FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check -r requirements.txt
COPY . .
# The values stand in for an environment that exists only when the image runs
RUN DATABASE_URL=postgresql://build REDIS_URL=redis://build SECRET_KEY=build PUBLIC_URL=http://build \
    ALLOWED_HOSTS=build python manage.py collectstatic --no-input --verbosity 0
# The image is read-only for its user: what is not compiled here would be compiled at every start
RUN python -m compileall -q .

FROM python:3.12-slim
RUN useradd --system --create-home --uid 10001 crm
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
RUN install -d -o crm /data
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
USER crm
EXPOSE 8000 8001
# A shell reads how many; `exec` leaves none between Docker's signals and the server
CMD ["sh", "-c", "exec granian --interface wsgi --host 0.0.0.0 --port 8000 --workers ${WEB_CONCURRENCY:-2} --blocking-threads 8 --workers-kill-timeout 20 --respawn-failed-workers crm.wsgi:application"]
